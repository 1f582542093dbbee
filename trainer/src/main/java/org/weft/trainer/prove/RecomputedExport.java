package org.weft.trainer.prove;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenRoles;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.hub.ExportRecord;
import org.weft.hub.HuggingFaceExport;
import org.weft.tuning.finetune.LearntTemplate;

/** Exports a checkpoint once more, as it was exported, and compares the files. */
final class RecomputedExport {
    private RecomputedExport() {}

    static List<Claim> claims(Scratch scratch, String directory, RunDirectory run) throws IOException {
        Store store = scratch.store();
        ExportRecord before = ExportRecord.load(store, directory);
        FloatFormat format = FloatFormat.valueOf(before.dtype().toUpperCase(Locale.ROOT));
        String again = scratch.directory() + "/export";
        Checkpoint checkpoint = new CheckpointResolver(store, notice -> {}).step(run, before.step());
        HuggingFaceExport export = new HuggingFaceExport(store, checkpoint, notice -> {});
        String learnt = LearntTemplate.of(store, ReplicaLoader.configOf(checkpoint), export.tokenizerDirectory());
        String template = Sha256.hex(learnt.getBytes(StandardCharsets.UTF_8));
        boolean written =
                template.equals(before.files().get(TokenRoles.CHAT_TEMPLATE)); // earlier exports had the base's
        export.write(again, new HuggingFaceExport.Options(format, before.maxShardBytes(), written ? learnt : ""));
        ExportRecord made = ExportRecord.load(store, again);
        return before.files().entrySet().stream()
                .map(file -> Claim.known(
                        ExportClaims.FILE + " made again",
                        directory + "/" + file.getKey(),
                        file.getValue(),
                        made.files().getOrDefault(file.getKey(), Claim.MISSING)))
                .toList();
    }
}
