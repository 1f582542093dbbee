package org.weft.core.model;

import java.util.OptionalInt;

/**
 * RoBERTa (Liu et al. 2019): a BERT that is taught by masks alone. Positions are counted from behind the id of the padding
 * token, which is 1, so that the table of positions has two rows that none reads; nothing tells a pair's texts apart but what
 * its tokenizer puts between them.
 */
public class RobertaFamily extends EncoderFamily {
    private static final int PADDING = 1;

    @Override
    public String name() {
        return "roberta";
    }

    @Override
    public String summary() {
        return "BERT without next-sentence prediction, positions counted from behind the padding token's id.";
    }

    @Override
    String base() {
        return "roberta.";
    }

    @Override
    public EncoderNames names() {
        return EncoderNames.ROBERTA;
    }

    @Override
    public double normEpsilon() {
        return 1e-5;
    }

    @Override
    public OptionalInt paddingId() {
        return OptionalInt.of(PADDING);
    }

    @Override
    public int firstPosition() {
        return PADDING + 1;
    }

    @Override
    public boolean dropsPooled() {
        return true;
    }

    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("lm_head.");
    }

    @Override
    public String sequenceHead() {
        return "classifier.out_proj";
    }

    @Override
    public String pooler() {
        return "classifier.dense";
    }

    @Override
    public HubTable hub() {
        return new RobertaHubTable(this, "Roberta");
    }
}
