package org.weft.monitoring.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.weft.core.html.LineFigure;
import org.weft.core.html.LineFigure.Line;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.StepRecord;

/** The curves of a run, as pictures within a page. */
final class RunCurves {
    private RunCurves() {}

    static String render(RunHistory history) {
        List<StepRecord> steps = history.steps();
        List<EvaluationRecord> evaluations = history.evaluations();
        if (steps.isEmpty()) {
            return "<p>No step is done yet.</p>\n";
        }
        List<Line> losses = new ArrayList<>(List.of(line("training", steps, StepRecord::loss)));
        if (!evaluations.isEmpty()) {
            losses.add(new Line(
                    "validation",
                    evaluations.stream().mapToDouble(EvaluationRecord::step).toArray(),
                    evaluations.stream()
                            .mapToDouble(each -> each.scores().getOrDefault("loss", Double.NaN))
                            .toArray()));
        }
        return "<div class=\"plots\">\n"
                + LineFigure.render("Loss", "step", "nats a target", losses)
                + one("Learning rate, in millionths", "1e-6", steps, step -> step.learningRate() * 1e6)
                + one("Speed", "tokens/s", steps, StepRecord::tokensPerSecond)
                + one("Norm of the gradient, before clipping", "norm", steps, StepRecord::gradNorm)
                + "</div>\n";
    }

    private static String one(String title, String unit, List<StepRecord> steps, ToDoubleFunction<StepRecord> value) {
        return LineFigure.render(title, "step", unit, List.of(line(title, steps, value)));
    }

    private static Line line(String name, List<StepRecord> steps, ToDoubleFunction<StepRecord> value) {
        return new Line(
                name,
                steps.stream().mapToDouble(StepRecord::step).toArray(),
                steps.stream().mapToDouble(value).toArray());
    }
}
