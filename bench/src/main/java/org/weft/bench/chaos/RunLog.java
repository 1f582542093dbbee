package org.weft.bench.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the drivers of one run said, in the order they said it: steps, who joined where, notices, the closing line. Lines
 * come on the thread that reads the driver's output; questions from any.
 */
public final class RunLog implements Told {
    private static final Pattern STEP = Pattern.compile("step (\\d+)/\\d+  loss ");
    private static final Pattern JOINED =
            Pattern.compile("((?:worker|server) \\d+[^(]*?) \\(executor (\\d+), host ([^)]+)\\) joined");
    private static final Pattern HASH = Pattern.compile("^\\{.*\"params_sha256\":\"([0-9a-f]{64})\"");
    private static final Pattern NOTICE = Pattern.compile(
            "gave no sign of life|is given up|is lost|was lost|Lost executor"
                    + "|dropped its work|joined in place|took over|generation \\d+ starts|starts again"
                    + "|checkpoint of step \\d+ failed|could not be written|resuming from|no checkpoint in|failed: | lease|promoted| leaves|taking the run over");

    private static final Pattern LANES = Pattern.compile(
            "lanes (\\d+)-(\\d+) of (?:step \\d+ are computed again|worker .* are late; others compute them too)");

    /** One step done, as soon as it was seen. */
    public record Step(long millis, int step) {}

    /** Lanes that are computed once more. */
    private record Lanes(long millis, int count) {}

    /** A line of the driver's. */
    public record Line(long millis, String text) {}

    private final List<Step> steps = new ArrayList<>();
    private final List<Line> notices = new ArrayList<>();
    private final List<Lanes> lanes = new ArrayList<>();
    private final Map<String, String> executors = new TreeMap<>();
    private int highest;
    private String hash = "";
    private String lastLine = "";

    @Override
    public synchronized void line(long millis, String text) {
        Matcher step = STEP.matcher(text);
        if (step.find()) {
            int number = Integer.parseInt(step.group(1));
            steps.add(new Step(millis, number));
            highest = Math.max(highest, number);
            return;
        }
        if (!text.startsWith("hint: ")) {
            lastLine = text;
        }
        Matcher joined = JOINED.matcher(text);
        if (joined.find()) {
            executors.put(joined.group(1), joined.group(2));
        }
        Matcher closing = HASH.matcher(text);
        if (closing.find()) {
            hash = closing.group(1);
        }
        Matcher again = LANES.matcher(text);
        if (again.find()) {
            lanes.add(new Lanes(millis, Integer.parseInt(again.group(2)) - Integer.parseInt(again.group(1)) + 1));
        }
        if (NOTICE.matcher(text).find()) {
            notices.add(new Line(millis, text));
        }
    }

    /** A new driver has executors of its own. */
    public synchronized void driverStarts() {
        executors.clear();
    }

    /** Which executor holds whom, such as {@code worker 1}: the executors by their number. */
    public synchronized Map<String, List<String>> placement() {
        Map<String, List<String>> members = new TreeMap<>();
        executors.forEach((member, executor) ->
                members.computeIfAbsent(executor, id -> new ArrayList<>()).add(member));
        return members;
    }

    public synchronized List<Step> steps() {
        return List.copyOf(steps);
    }

    public synchronized List<Line> notices() {
        return List.copyOf(notices);
    }

    /** Lanes that workers had and that others, or their replacements, computed once more, told of in this time. */
    public synchronized int lanesAgain(long from, long until) {
        return lanes.stream()
                .filter(told -> told.millis() >= from && told.millis() <= until)
                .mapToInt(Lanes::count)
                .sum();
    }

    /** The highest step done so far. */
    public synchronized int highestStep() {
        return highest;
    }

    /** When the last step was done; {@code otherwise} where none was. */
    public synchronized long lastStepMillis(long otherwise) {
        return steps.isEmpty() ? otherwise : steps.get(steps.size() - 1).millis();
    }

    /** {@code params_sha256} of the closing line, or empty. */
    public synchronized String hash() {
        return hash;
    }

    /** The last line that was neither a step nor a hint: a run that ends badly says why there. */
    public synchronized String lastLine() {
        return lastLine;
    }
}
