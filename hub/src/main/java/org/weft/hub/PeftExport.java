package org.weft.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.params.Parameter;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;

/**
 * Writes the adapters that a run learned as PEFT has them, with the task's head and without the base:
 * {@code adapter_model.safetensors}, float32, {@code weft_rows.json} where rows are read otherwise than others would, and
 * {@code adapter_config.json} last. For one thread.
 */
public final class PeftExport {
    private static final String WEIGHT = ".weight";

    private final Store store;
    private final Checkpoint checkpoint;
    private final WeftConfig config;
    private final ModelShape shape;
    private final TaskClass kind;

    /**
     * @throws WeftException of a checkpoint that has no adapters
     */
    public PeftExport(Store store, Checkpoint checkpoint) {
        this.store = store;
        this.checkpoint = checkpoint;
        this.config = ReplicaLoader.configOf(checkpoint);
        this.shape = ReplicaLoader.shapeOf(checkpoint);
        this.kind = TaskClass.of(shape.family().hub(), config);
        if (shape.adaptation().lora() == null) {
            throw WeftException.usage(
                    checkpoint.directory() + " has no adapters: finetune.method="
                            + config.finetune().method().word(),
                    "export the whole model: leave --adapter out");
        }
    }

    /** How many parameters are written. */
    public long parameters() {
        return shape.layout().size();
    }

    /**
     * Writes the directory, which must be empty or not there; where anything goes wrong, what was written goes again.
     *
     * @return names of the files of tensors
     */
    public List<String> write(String directory) throws IOException {
        requirePooling();
        EmptyDirectory target = EmptyDirectory.require(store, directory);
        try {
            writeTensors(directory);
            ObjectNode reading = RowReading.said(config);
            if (!reading.isEmpty()) {
                write(directory, RowReading.ADAPTER_FILE, reading);
            }
            write(directory, PeftConfig.FILE, config()); // last: it is the commit
            return List.of(PeftAdapter.TENSORS);
        } catch (IOException | RuntimeException e) {
            target.restore(List.of(PeftAdapter.TENSORS, RowReading.ADAPTER_FILE, PeftConfig.FILE), e);
            throw e;
        }
    }

    private void write(String directory, String name, ObjectNode json) throws IOException {
        store.write(directory + "/" + name, Json.INDENTED.writeValueAsBytes(json));
        store.delete(directory + "/." + name + ".crc");
    }

    /** An adapter has no place for the pooling: whoever puts it over its base takes what the base's config.json says. */
    private void requirePooling() throws IOException {
        TaskHead head = shape.adaptation().head();
        if (!head.ofSequence()
                || !head.kind().layered()
                || kind.family().poolingKey().isEmpty()) {
            return;
        }
        String from = config.finetune().from();
        String key = kind.family().poolingKey().get();
        String whole = "export the whole model, which says what it pools: leave --adapter out";
        Pooling said;
        try {
            said = new ModelLocator(store, notice -> {}).at(from).sequencePooling();
        } catch (IOException | WeftException e) {
            throw new WeftException(
                    ExitStatus.USAGE,
                    "what " + from + " pools cannot be read, and an adapter takes " + key + " from there: "
                            + e.getMessage(),
                    "have the base at finetune.from, or " + whole,
                    e);
        }
        if (!said.name().equals(head.pooling().name())) {
            throw WeftException.usage(
                    "the adapter was trained with finetune.pooling="
                            + head.pooling().name().toLowerCase(Locale.ROOT) + ", and its base " + from + " pools "
                            + said.word() + " (" + key + "), which is what would be taken",
                    whole + "; or tune again with finetune.pooling=" + said.word());
        }
    }

    private void writeTensors(String directory) throws IOException {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (Parameter parameter : shape.layout().parameters()) {
            shapes.put(
                    PeftAdapter.WRAPPER + kind.toForeign(parameter.name()),
                    parameter.shape().stream().map(Integer::longValue).toList());
        }
        try (AtomicOutput out = store.create(directory + "/" + PeftAdapter.TENSORS)) {
            Safetensors.of(Map.of("format", "pt"), FloatFormat.F32, shapes).writeHeader(out);
            new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest()).readParameters((at, bytes) -> {
                ByteBuffer same = ByteBuffer.allocate(bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
                FloatFormat.F32.encode(bytes, same);
                out.write(same.array());
            });
            out.commit();
        }
        store.delete(directory + "/." + PeftAdapter.TENSORS + ".crc");
    }

    private ObjectNode config() {
        Set<String> adapted = new LinkedHashSet<>();
        Set<String> saved = new LinkedHashSet<>();
        for (Parameter parameter : shape.layout().parameters()) {
            String name = parameter.name();
            if (name.endsWith(AdaptedLayout.LORA_A)) {
                adapted.add(name.substring(0, name.length() - AdaptedLayout.LORA_A.length()));
            } else if (!name.endsWith(AdaptedLayout.LORA_B)) {
                saved.add(module(kind.toForeign(name)));
            }
        }
        ObjectNode json = PeftConfig.write(
                config.finetune().from(),
                shape.adaptation().head().kind(),
                shape.adaptation().lora(),
                targets(adapted),
                List.copyOf(saved),
                shape.family().inputFirst());
        return shape.config().encodesSource() ? json.put("task_type", PeftConfig.READS_AND_WRITES) : json;
    }

    /** A module that PEFT keeps whole: the head, and the perceptron before it as one. */
    private static String module(String tensor) {
        String layer = tensor.substring(0, tensor.lastIndexOf('.'));
        String[] path = layer.split("\\.");
        if (TaskClass.isHead(tensor)) {
            return path[0]; // RoBERTa's classifier has two layers.
        }
        return path[path.length - 1].equals("dense") ? path[path.length - 2] : path[path.length - 1];
    }

    /** Ends of the adapted layers' names, where these are the only ones that end so; else their whole names. */
    private List<String> targets(Set<String> adapted) {
        List<String> linear = shape.base().layout().parameters().stream()
                .filter(parameter ->
                        parameter.shape().size() == 2 && parameter.name().endsWith(WEIGHT))
                .map(parameter -> parameter.name().substring(0, parameter.name().length() - WEIGHT.length()))
                .toList();
        List<String> ends = new ArrayList<>(shape.adaptation().lora().targets());
        if (ends.isEmpty()) {
            ends.addAll(shape.family().attention());
        }
        boolean others = linear.stream().filter(name -> !adapted.contains(name)).anyMatch(name -> ends.stream()
                .anyMatch(end -> name.endsWith("." + end)));
        boolean pooled = shape.adaptation().head().pooler() && ends.contains("dense");
        return others || pooled ? adapted.stream().map(kind::toForeign).toList() : ends;
    }
}
