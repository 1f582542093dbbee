package org.weft.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.weft.trainer.CommandRun;
import org.weft.trainer.RunFolder;

/**
 * Weft on a secured YARN and HDFS whose tickets and tokens end many times in a run: it goes on, with the undisturbed run's
 * bits, nobody is asked, and nothing secret is left where others may look. {@code bench/kerberos.sh} runs the same for
 * longer: {@code weft.kerberos.lifetime} in seconds, {@code weft.kerberos.steps}, {@code weft.kerberos.checkpoint}.
 */
class KerberosIT {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final Duration LIFETIME = Duration.ofSeconds(Integer.getInteger("weft.kerberos.lifetime", 30));
    /** When the first tokens are over: a quarter of their lifetime later, for a fast machine has few seconds of steps. */
    private static final Duration OVER = LIFETIME.multipliedBy(5).dividedBy(4);

    private static final int STEPS = Integer.getInteger("weft.kerberos.steps", 4500);
    private static final int CHECKPOINT = Integer.getInteger("weft.kerberos.checkpoint", 450);
    private static final Map<String, String> OTHERS =
            Map.of("HF_TOKEN", "hf_thisIsNobodysBusiness", "MLFLOW_TRACKING_TOKEN", "mlflowNobodysBusiness");

    private static SecuredCluster cluster;
    private static SecuredUser user;
    private static RunFolder corpus;
    private static String run;

    @BeforeAll
    static void start() throws Exception {
        Path folder = ClusterFolder.fresh("kerberos");
        corpus = RunFolder.create(folder.resolve("corpus"), RunFolder.SMALL).prepared();
        cluster = SecuredCluster.start(folder, LIFETIME);
        user = SecuredUser.of(cluster, folder.resolve("commands"), OTHERS);
        run = "hdfs://localhost:" + cluster.hadoop().ports().nameNode() + "/user/weft/run";
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** An executor that comes when the first tokens are long over gets the ones of the day. */
    @Test
    void outlivesTicketsAndTokensAndTellsNobody() throws Exception {
        String[] settings = {"training.steps=" + STEPS, "training.eval_every=" + STEPS, "checkpoint.every=" + CHECKPOINT
        };
        String expected = corpus.pretrain(settings).done().paramsSha256();
        Secrets secrets = new Secrets(OTHERS.values(), cluster.keytab("weft"));
        long begin = System.nanoTime();
        try (RunningProcess submitted = user.submit("pretrain", words(settings))) {
            submitted.awaitLine("committed in", PATIENCE);
            secrets.learnTokens(cluster.credentials());
            submitted.await("tokens are over", PATIENCE, () -> since(begin).compareTo(OVER) > 0);
            secrets.look(Secrets.commandLines());
            cluster.hadoop()
                    .containers("YarnCoarseGrainedExecutorBackend")
                    .get(0)
                    .destroyForcibly();
            CommandRun ended = submitted.ended(PATIENCE).done();
            assertThat(ended.paramsSha256()).isEqualTo(expected);
            assertThat(ended.err()).contains("is lost with its executor");
        }
        Duration took = since(begin);
        System.out.printf("%d s, lifetime %d s, %s%n", took.toSeconds(), LIFETIME.toSeconds(), expected);
        assertThat(took).isGreaterThan(OVER);
        assertThat(cluster.hadoop().daemon("namenode").log().split("cmd=getDelegationToken", -1))
                .hasSizeGreaterThan(3);
        secrets.look(Secrets.files(cluster.readable()));
        secrets.look(Secrets.files(user.written()));
        assertThat(secrets.kinds()).isGreaterThan(8);
        assertThat(secrets.found()).isEmpty();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static String[] words(String... settings) {
        return corpus.arguments(
                        "pretrain",
                        Stream.concat(
                                        Stream.of(settings),
                                        Stream.of(
                                                "run.dir=" + run,
                                                "run.corpus="
                                                        + RunFolder.uri(
                                                                corpus.dir().resolve("corpus")),
                                                "cluster.master=",
                                                "cluster.encrypt=true"))
                                .toArray(String[]::new))
                .toArray(String[]::new);
    }

    @Test
    void saysWhatIsWrongWithALogin() throws Exception {
        assertRefused("no keytab: /nowhere is not there", 2, "weft", "/nowhere");
        assertRefused("has no keys of weft@WEFT.TEST; it has those of mallory@WEFT.TEST", 2, "weft", keytab("mallory"));
        assertRefused(": the principal has expired or is locked", 1, "expired", keytab("expired"));
        assertRefused("they are older than the principal's password", 1, "changed", keytab("changed"));
        assertRefused("storage refuses: user mallory may not EXECUTE /user/weft", 1, "mallory", keytab("mallory"));
    }

    @Test
    void saysThatThereIsNoTicket() {
        CommandRun refused = user.weft("nobody", "inspect", run).ended(PATIENCE);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .contains(
                        "error: Kerberos: this process has no ticket",
                        "hint: run kinit, or give --principal and --keytab");
    }

    private static String keytab(String user) {
        return cluster.keytab(user).toString();
    }

    private static void assertRefused(String message, int status, String who, String keytab) throws Exception {
        CommandRun refused = user.weft(
                        "refused-" + who + "-" + Path.of(keytab).getFileName(),
                        "inspect",
                        run,
                        "--principal",
                        SecuredCluster.principal(who),
                        "--keytab",
                        keytab)
                .ended(PATIENCE);
        assertThat(refused.err().lines().filter(line -> line.startsWith("error: ")))
                .singleElement()
                .asString()
                .contains(message);
        assertThat(refused.err().lines().filter(line -> line.startsWith("hint: ")))
                .hasSize(1);
        assertThat(refused.status()).isEqualTo(status);
    }
}
