package org.weft.dl4j.transformer;

import org.weft.core.WeftException;
import org.weft.core.model.Adaptation;
import org.weft.core.model.Gpt2Family;
import org.weft.core.model.ModelShape;
import org.weft.engine.EngineProvider;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** {@code cluster.engine: dl4j}: pre-training of GPT-2 in float32 on the CPU. */
public final class Dl4jEngineProvider implements EngineProvider {
    static final String NAME = "dl4j";

    @Override
    public String name() {
        return NAME;
    }

    /** {@code training.recompute} is taken either way: this engine always computes a block again in backward. */
    @Override
    public void require(ModelShape shape, ReplicaOptions options) {
        String architecture = shape.config().architecture();
        if (!architecture.equals(Gpt2Family.NAME)) {
            throw refused("model.architecture=" + architecture, "model.architecture=" + Gpt2Family.NAME);
        }
        if (!shape.adaptation().equals(Adaptation.NONE)) {
            throw WeftException.usage("cluster.engine=" + NAME + " does not fine-tune", "set cluster.engine=torch");
        }
        if (!options.device().equals("cpu")) {
            throw refused("cluster.device=" + options.device(), "cluster.device=cpu");
        }
        if (options.bfloat16()) {
            throw refused("training.precision=bf16", "training.precision=fp32");
        }
        if (options.streamed()) {
            throw refused("cluster.residency=streamed", "cluster.residency=whole");
        }
        if (options.rounded() != null) {
            throw refused("training.quantization=" + options.rounded().type().word(), "training.quantization=none");
        }
        if (!options.quantized().none()) {
            throw refused("quantised weights", "float32 weights");
        }
        if (options.documentAttention()) {
            throw refused("training.document_attention=true", "training.document_attention=false");
        }
    }

    @Override
    public ModelReplica open(ModelShape shape, ReplicaOptions options) {
        require(shape, options);
        return Dl4jReplica.open(shape, options.threads());
    }

    static WeftException refused(String asked, String instead) {
        return WeftException.usage(
                "cluster.engine=" + NAME + " does not compute " + asked,
                "set " + instead + ", or cluster.engine=torch");
    }
}
