package org.weft.core.model;

/** XLM-RoBERTa (Conneau et al. 2020): RoBERTa with a Unigram vocabulary of a hundred languages. */
public final class XlmRobertaFamily extends RobertaFamily {
    @Override
    public String name() {
        return "xlm-roberta";
    }

    @Override
    public String summary() {
        return "RoBERTa for many languages.";
    }

    @Override
    public HubTable hub() {
        return new RobertaHubTable(this, "XLMRoberta");
    }
}
