package org.weft.trainer.sweep;

import java.util.List;

/**
 * One size of a family.
 *
 * @param layers blocks
 * @param mlpWidth 0 for the architecture's own
 * @param parameters all of them, embeddings included: what the fit goes by, as in Hoffmann et al. 2022
 * @param bodyParameters without embeddings and positions, as Kaplan et al. 2020 count
 */
public record FamilyMember(int layers, int width, int heads, int mlpWidth, long parameters, long bodyParameters) {

    /** A directory's name. */
    public String name() {
        return "layers-" + layers + "-width-" + width;
    }

    /** What makes a configuration one of this size. */
    public List<String> settings() {
        return List.of(
                "model.layers=" + layers,
                "model.width=" + width,
                "model.heads=" + heads,
                "model.kv_heads=0",
                "model.mlp_width=" + mlpWidth);
    }
}
