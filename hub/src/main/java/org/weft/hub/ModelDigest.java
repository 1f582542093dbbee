package org.weft.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;

/**
 * SHA-256 of what decides a model's answers, in hexadecimal: of a checkpoint what its manifests say of its parameters, its model section
 * and its labels; of a Hugging Face directory the bytes of its configuration and of all files of tensors, and how its
 * tokens become a vector. Where it lies does not matter.
 */
public final class ModelDigest {
    private static final int BLOCK = 1 << 20;

    private ModelDigest() {}

    /** Reads the files of a foreign model whole. */
    static String of(Store store, StoredModel model) throws IOException {
        MessageDigest digest = Sha256.digest();
        if (model.checkpoint().isPresent()) {
            add(digest, ofCheckpoint(store, model.checkpoint().get(), model));
        } else {
            ModelPath path = ModelPath.of(store, model.directory());
            add(digest, "pooling " + model.sentences().pooling());
            addDirectory(digest, store, path.base(), List.of(HuggingFaceConfig.FILE));
            if (!path.adapter().isEmpty()) {
                addDirectory(digest, store, path.adapter(), List.of(PeftConfig.FILE));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * The digest of the model at a path.
     *
     * @throws org.weft.core.WeftException where there is none any more
     */
    public static String at(Store store, String path) throws IOException {
        return of(store, new ModelLocator(store, unsaid -> {}).at(path));
    }

    private static String ofCheckpoint(Store store, Checkpoint checkpoint, StoredModel model) throws IOException {
        StringBuilder parts = new StringBuilder(checkpoint.manifest().paramsSha256());
        RunDirectory base = checkpoint.run().base();
        if (store.exists(base.step(0) + "/" + CheckpointManifest.FILE)) {
            parts.append(' ')
                    .append(CheckpointManifest.load(store, base.step(0)).paramsSha256());
        }
        FinetuneConfig tuned = model.config().finetune();
        parts.append(' ').append(ConfigLoader.toTree(model.config()).path("model"));
        parts.append(' ').append(tuned.task().word()).append(tuned.labels()).append(tuned.pooling());
        return parts.append(' ').append(tuned.lora() ? tuned.loraAlpha() : "").toString();
    }

    private static void addDirectory(MessageDigest digest, Store store, String directory, Collection<String> named)
            throws IOException {
        TreeSet<String> files = new TreeSet<>(named);
        for (Store.Entry entry : store.list(directory)) {
            if (!entry.directory() && entry.name().endsWith(".safetensors")) {
                files.add(entry.name());
            }
        }
        byte[] block = new byte[BLOCK];
        for (String file : files) {
            add(digest, file);
            MessageDigest content = Sha256.digest();
            try (InputStream in = store.open(directory + "/" + file)) {
                for (int read = in.read(block); read >= 0; read = in.read(block)) {
                    content.update(block, 0, read);
                }
            }
            digest.update(content.digest());
        }
    }

    private static void add(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
