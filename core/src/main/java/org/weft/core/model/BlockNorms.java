package org.weft.core.model;

/** Where the norms of a block stand, by the names that Hugging Face gives them; empty where there is none. */
public enum BlockNorms {
    /** Each half reads what is normed. */
    BEFORE("input_layernorm", "", "post_attention_layernorm", ""),
    /** What each half adds is normed. */
    AFTER("", "post_attention_layernorm", "", "post_feedforward_layernorm"),
    /** Both. */
    AROUND("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm");

    private final String beforeAttention;
    private final String afterAttention;
    private final String beforePerceptron;
    private final String afterPerceptron;

    BlockNorms(String beforeAttention, String afterAttention, String beforePerceptron, String afterPerceptron) {
        this.beforeAttention = beforeAttention;
        this.afterAttention = afterAttention;
        this.beforePerceptron = beforePerceptron;
        this.afterPerceptron = afterPerceptron;
    }

    public String beforeAttention() {
        return beforeAttention;
    }

    public String afterAttention() {
        return afterAttention;
    }

    public String beforePerceptron() {
        return beforePerceptron;
    }

    public String afterPerceptron() {
        return afterPerceptron;
    }
}
