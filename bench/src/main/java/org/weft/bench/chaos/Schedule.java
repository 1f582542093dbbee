package org.weft.bench.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Which faults hit which run and when: a function of the seed and the options, so that a plan can be played again. */
public final class Schedule {
    /** Faults come between these parts of a run: the first checkpoint is near, and there is time left to go on. */
    private static final double FROM = 0.08;

    private static final double TO = 0.92;

    private Schedule() {}

    /** Each kind as often as the next, give or take one; the moments of a run lie in windows of equal size. */
    public static List<PlannedRun> bySteps(long seed, int runs, int faultsPerRun, List<FaultKind> kinds, int steps) {
        Random random = new Random(seed);
        List<FaultKind> deck = deck(kinds, runs * faultsPerRun);
        Collections.shuffle(deck, random);
        Shape[] shapes = shapes(deck, runs, faultsPerRun, random);
        List<List<FaultKind>> dealt = deal(deck, shapes, faultsPerRun);
        List<PlannedRun> planned = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            List<FaultKind> hand = dealt.get(run);
            Collections.shuffle(hand, random);
            double window = (TO - FROM) * steps / faultsPerRun;
            List<PlannedFault> faults = new ArrayList<>();
            for (int i = 0; i < hand.size(); i++) {
                int step = (int) Math.max(1, FROM * steps + window * (i + 0.7 * random.nextDouble()));
                faults.add(new PlannedFault(hand.get(i), step, 0, random.nextInt(Integer.MAX_VALUE)));
            }
            planned.add(new PlannedRun(run + 1, shapes[run], faults));
        }
        return planned;
    }

    /** One run with faults at exponentially distributed intervals, each kind before any comes again. */
    public static PlannedRun byTime(long seed, double minutes, double meanSeconds, List<FaultKind> kinds) {
        Random random = new Random(seed);
        boolean joint = kinds.stream().allMatch(kind -> kind.needs() == Shape.JOINT);
        Shape shape = joint ? Shape.JOINT : Shape.SPLIT;
        List<FaultKind> possible = kinds.stream()
                .filter(kind -> kind.needs() == null || kind.needs() == shape)
                .toList();
        Deque<FaultKind> deck = new ArrayDeque<>();
        List<PlannedFault> faults = new ArrayList<>();
        double at = 0;
        while (true) {
            at -= meanSeconds * Math.log(1 - random.nextDouble());
            if (at >= minutes * 60) {
                return new PlannedRun(1, shape, faults);
            }
            if (deck.isEmpty()) {
                List<FaultKind> shuffled = new ArrayList<>(possible);
                Collections.shuffle(shuffled, random);
                deck.addAll(shuffled);
            }
            faults.add(new PlannedFault(deck.remove(), 0, at, random.nextInt(Integer.MAX_VALUE)));
        }
    }

    private static List<FaultKind> deck(List<FaultKind> kinds, int size) {
        List<FaultKind> deck = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            deck.add(kinds.get(i % kinds.size()));
        }
        return deck;
    }

    /** Enough runs of each shape for the faults that need it, and at least a quarter joint where any needs that. */
    private static Shape[] shapes(List<FaultKind> deck, int runs, int faultsPerRun, Random random) {
        long joint = deck.stream().filter(kind -> kind.needs() == Shape.JOINT).count();
        long split = deck.stream().filter(kind -> kind.needs() == Shape.SPLIT).count();
        int jointRuns = joint == 0 ? 0 : (int) Math.max((joint + faultsPerRun - 1) / faultsPerRun, runs / 4);
        int splitRuns = (int) ((split + faultsPerRun - 1) / faultsPerRun);
        jointRuns = Math.max(0, Math.min(jointRuns, runs - splitRuns));
        Shape[] shapes = new Shape[runs];
        Arrays.fill(shapes, Shape.SPLIT);
        Arrays.fill(shapes, 0, jointRuns, Shape.JOINT);
        Collections.shuffle(Arrays.asList(shapes), random);
        return shapes;
    }

    /** Kinds that need a shape first, one to each such run in turn; the others fill what is left. */
    private static List<List<FaultKind>> deal(List<FaultKind> deck, Shape[] shapes, int faultsPerRun) {
        List<List<FaultKind>> hands = new ArrayList<>();
        for (int run = 0; run < shapes.length; run++) {
            hands.add(new ArrayList<>());
        }
        List<FaultKind> left = new ArrayList<>();
        for (FaultKind kind : deck) {
            if (kind.needs() == null || !put(kind, hands, shapes, kind.needs(), faultsPerRun)) {
                left.add(kind);
            }
        }
        for (FaultKind kind : left) {
            put(kind, hands, shapes, null, faultsPerRun);
        }
        return hands;
    }

    private static boolean put(
            FaultKind kind, List<List<FaultKind>> hands, Shape[] shapes, Shape shape, int faultsPerRun) {
        int emptiest = -1;
        for (int run = 0; run < shapes.length; run++) {
            int size = hands.get(run).size();
            boolean fits = (shape == null || shapes[run] == shape) && size < faultsPerRun;
            if (fits && (emptiest < 0 || size < hands.get(emptiest).size())) {
                emptiest = run;
            }
        }
        if (emptiest >= 0) {
            hands.get(emptiest).add(kind);
        }
        return emptiest >= 0;
    }
}
