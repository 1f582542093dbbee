package org.weft.core.model;

/** OLMo 2 (OLMo Team 2025, section 2): Llama that norms what each half of a block adds, and all queries and keys of a token. */
public final class Olmo2Family extends RotaryFamily {
    @Override
    public String name() {
        return "olmo2";
    }

    @Override
    public String summary() {
        return "llama with norms after each half of a block, and of queries and keys.";
    }

    @Override
    public QueryKeyNorm queryKeyNorm() {
        return QueryKeyNorm.PROJECTION;
    }

    @Override
    public BlockNorms blockNorms() {
        return BlockNorms.AFTER;
    }

    @Override
    public HubTable hub() {
        return new Olmo2HubTable();
    }
}
