package org.weft.trainer.sweep;

import java.util.Locale;

/** A study for a terminal. */
public final class StudyTable {
    private final Study study;

    public StudyTable(Study study) {
        this.study = study;
    }

    public String render() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%11s %11s %7s %6s %8s %8s %9s %8s%n",
                "parameters",
                "in blocks",
                "blocks",
                "width",
                "loss",
                "law",
                "residual",
                "seconds"));
        study.fitted().forEach(result -> row(text, result, ""));
        row(text, study.heldOut(), "  held out");
        text.append(String.format(
                Locale.ROOT,
                "law: loss = %.4f + %.4g * parameters^-%.4f, fitted to all sizes but the largest%n",
                study.law().floor(),
                study.law().scale(),
                study.law().exponent()));
        text.append(String.format(
                Locale.ROOT,
                "held out: predicted %.4f (%.4f to %.4f), measured %.4f: off by %+.2f %%%n",
                study.predicted(),
                study.low(),
                study.high(),
                study.heldOut().loss(),
                study.errorPercent()));
        double largest = study.heldOut().member().parameters();
        text.append(String.format(
                Locale.ROOT,
                "twice the largest size would gain %.3f nats a token, on the same tokens%n",
                study.gainOfDoubling(largest)));
        return text.toString();
    }

    private void row(StringBuilder text, SizeResult result, String note) {
        FamilyMember member = result.member();
        text.append(String.format(
                Locale.ROOT,
                "%,11d %,11d %7d %6d %8.4f %8.4f %+8.2f%% %8.0f%s%n",
                member.parameters(),
                member.bodyParameters(),
                member.layers(),
                member.width(),
                result.loss(),
                study.law().loss(member.parameters()),
                study.residualPercent(result),
                result.seconds(),
                note));
    }
}
