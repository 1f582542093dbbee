package org.weft.core.config;

import java.util.Arrays;
import java.util.List;

/** What an evaluation during training finds out; each task has some of them. */
public enum Metric implements Word {
    LOSS,
    ACCURACY,
    F1_MICRO,
    F1_MACRO,
    REWARDS_CHOSEN,
    REWARDS_REJECTED,
    REWARDS_MARGIN,
    KL,
    EXACT_MATCH,
    BLEU,
    BLEU_ZH,
    CHRF,
    CHRF_PLUS_PLUS,
    ROUGE1,
    ROUGE2,
    ROUGE_L("rougeL"),
    ROUGE_LSUM("rougeLsum");

    /** Of generated texts. */
    public static final List<Metric> OF_TEXTS = Arrays.stream(values())
            .filter(metric -> metric.compareTo(EXACT_MATCH) >= 0)
            .toList();

    private final String word;

    Metric() {
        this.word = Word.super.word();
    }

    Metric(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
