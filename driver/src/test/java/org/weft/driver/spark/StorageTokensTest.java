package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;

/** Which storages are asked for tokens, and over which connections these may go; that they arrive is in {@code KerberosIT}. */
class StorageTokensTest {
    @Test
    void asksEachStorageOfARunOnce() {
        assertThat(StorageTokens.remote(List.of(
                        "hdfs://b:8020/corpus/*.txt",
                        "hdfs://a/run",
                        "hdfs://a/corpus",
                        "file:///x",
                        "s3a://bucket/x",
                        "",
                        "/y")))
                .containsExactly("hdfs://a", "hdfs://b:8020");
    }

    @Test
    void whatExecutorsReadIsAmongTheStorages() {
        WeftConfig config = ConfigLoader.load("test", """
                run: {dir: 'hdfs://run/r', corpus: 'hdfs://corpus/c'}
                corpus: {input: ['hdfs://input/*.txt']}
                dataset: {train: ['hdfs://train/t'], validation: ['hdfs://validation/v'], test: ['hdfs://test/t']}
                finetune: {task: classification, from: 'hdfs://base/b'}
                distillation: {teacher: 'hdfs://teacher/m'}
                """, List.of());
        assertThat(StorageTokens.remote(StorageTokens.paths(config)))
                .containsExactly(
                        "hdfs://base",
                        "hdfs://corpus",
                        "hdfs://input",
                        "hdfs://run",
                        "hdfs://teacher",
                        "hdfs://test",
                        "hdfs://train",
                        "hdfs://validation");
        WeftConfig said =
                ConfigLoader.load("test", "run: {dir: /r}\ndistillation: {logits: 'hdfs://logits/l'}", List.of());
        assertThat(StorageTokens.remote(StorageTokens.paths(said))).containsExactly("hdfs://logits");
    }

    @Test
    void tokensDoNotTravelInTheClear() {
        SparkConf conf = new SparkConf(false).set("spark.master", "spark://host:7077");
        assertThatThrownBy(() -> StorageTokens.requireProtected(conf))
                .hasMessageContaining("spark.authenticate=false, spark.network.crypto.enabled=false");
        conf.set("spark.authenticate", "true");
        assertThatThrownBy(() -> StorageTokens.requireProtected(conf))
                .hasMessageContaining("spark.authenticate=true, spark.network.crypto.enabled=false");
        conf.set("spark.network.crypto.enabled", "true");
        assertThatCode(() -> StorageTokens.requireProtected(conf)).doesNotThrowAnyException();
    }

    @Test
    void onOneMachineNobodyListens() {
        SparkConf conf = new SparkConf(false).set("spark.master", "local-cluster[2,1,1024]");
        assertThatCode(() -> StorageTokens.requireProtected(conf)).doesNotThrowAnyException();
    }

    /** What a new executor is sent stands behind what the renewal sent, and is that. */
    @Test
    void theNewestTokensAreSentAgainAndNoOthers() {
        List<Object> sent = new java.util.ArrayList<>();
        SparkConf conf = new SparkConf(false);
        NewestTokens newest = new NewestTokens(conf, new NewestTokens(conf, null) {
            @Override
            public void send(Object tokens) {
                sent.add(tokens);
            }
        });
        newest.sendAgain();
        assertThat(sent).isEmpty();
        newest.send("old");
        newest.send("new");
        newest.sendAgain();
        assertThat(sent).containsExactly("old", "new", "new");
    }
}
