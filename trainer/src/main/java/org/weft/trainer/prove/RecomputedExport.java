package org.weft.trainer.prove;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenRoles;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.hub.CompanionFiles;
import org.weft.hub.ExportRecord;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.gguf.GgufExport;
import org.weft.hub.gguf.GgufType;
import org.weft.hub.onnx.OnnxExport;
import org.weft.hub.onnx.OnnxType;
import org.weft.tuning.finetune.LearntTemplate;

/** Exports a checkpoint once more, as it was exported, and compares the files. */
final class RecomputedExport {
    private RecomputedExport() {}

    static List<Claim> claims(Scratch scratch, String directory, RunDirectory run) throws IOException {
        Store store = scratch.store();
        ExportRecord before = ExportRecord.load(store, directory);
        String again = scratch.directory() + "/export";
        Checkpoint checkpoint = new CheckpointResolver(store, notice -> {}).step(run, before.step());
        String beside = new CompanionFiles(store, checkpoint, notice -> {}).tokenizerDirectory();
        String learnt = LearntTemplate.of(store, ReplicaLoader.configOf(checkpoint), beside);
        switch (before.format()) {
            case ExportRecord.GGUF ->
                new GgufExport(store, checkpoint, notice -> {}).write(again, type(GgufType.class, before), learnt);
            case ExportRecord.ONNX ->
                new OnnxExport(store, checkpoint, notice -> {}).write(again, type(OnnxType.class, before), learnt);
            default -> huggingFace(store, checkpoint, before, learnt, again);
        }
        ExportRecord made = ExportRecord.load(store, again);
        return before.files().entrySet().stream()
                .map(file -> Claim.known(
                        ExportClaims.FILE + " made again",
                        directory + "/" + file.getKey(),
                        file.getValue(),
                        made.files().getOrDefault(file.getKey(), Claim.MISSING)))
                .toList();
    }

    private static <T extends Enum<T>> T type(Class<T> types, ExportRecord before) {
        for (T type : types.getEnumConstants()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(before.dtype())) {
                return type;
            }
        }
        throw WeftException.invalidData(
                ExportRecord.FILE + ": dtype=" + before.dtype() + " is no type of format=" + before.format(),
                "export the checkpoint again");
    }

    private static void huggingFace(
            Store store, Checkpoint checkpoint, ExportRecord before, String learnt, String again) throws IOException {
        FloatFormat format = type(FloatFormat.class, before);
        String template = Sha256.hex(learnt.getBytes(StandardCharsets.UTF_8));
        boolean written =
                template.equals(before.files().get(TokenRoles.CHAT_TEMPLATE)); // earlier exports had the base's
        new HuggingFaceExport(store, checkpoint, notice -> {})
                .write(again, new HuggingFaceExport.Options(format, before.maxShardBytes(), written ? learnt : ""));
    }
}
