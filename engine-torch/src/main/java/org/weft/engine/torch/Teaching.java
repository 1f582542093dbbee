package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.batches.Batch;
import org.weft.core.config.DistillationConfig;
import org.weft.core.config.DistillationConfig.Hidden;
import org.weft.core.config.HeadKind;
import org.weft.core.model.ModelShape;
import org.weft.engine.Figure;
import org.weft.engine.ModelReplica;

/**
 * A frozen model that a replica learns from, and what that has come to since a lane began: {@code task_loss}, {@code teacher_loss} and
 * {@code hidden_loss}, each a thing that is predicted, as they were before they were weighed. Owned by the replica's thread.
 */
final class Teaching implements AutoCloseable {
    /** Beside no block of the teacher's. */
    private static final int NONE = -1;

    /** Of a replica that learns from its data alone. */
    static final Teaching NOBODY = new Teaching();

    private final TorchReplica teacher; // null for nobody, or where batches bring what one said
    private final DistillationConfig how; // null for nobody
    /** By block of the student's, the teacher's that it is compared with; -1 for none. */
    private final int[] blocks;

    private double task;
    private double taught;
    private double hidden;
    private long count;

    /** Of batches that bring what a teacher said. */
    private Teaching(DistillationConfig how, int blocks) {
        teacher = null;
        this.how = how;
        this.blocks = new int[blocks];
    }

    private Teaching() {
        teacher = null;
        how = null;
        blocks = new int[0];
    }

    /**
     * A teacher of a replica; closed where it is none.
     *
     * @throws IllegalArgumentException where the two predict different things, or states of another width are compared
     */
    static Teaching of(ModelReplica teacher, TorchReplica student, DistillationConfig how) {
        if (teacher == null) {
            return new Teaching(how, student.shape.config().blocks());
        }
        try {
            return new Teaching((TorchReplica) teacher, student, how);
        } catch (RuntimeException e) {
            teacher.close();
            throw e;
        }
    }

    /** The same, once another is closed. */
    Teaching inPlaceOf(Teaching other) {
        other.close();
        return this;
    }

    private Teaching(TorchReplica teacher, TorchReplica learner, DistillationConfig how) {
        this.teacher = teacher;
        this.how = how;
        ModelShape student = learner.shape;
        ModelShape shape = teacher.shape;
        requireSame("head", kind(shape), kind(student));
        if (kind(shape) == HeadKind.LANGUAGE) {
            requireSame("vocabulary", shape.vocabSize(), student.vocabSize());
        }
        requireSame("outputs", outputs(shape), outputs(student));
        if (how.hidden() != Hidden.NONE) {
            requireSame("width", shape.config().width(), student.config().width());
        }
        blocks = blocks(how.hidden(), student.config().blocks(), shape.config().blocks());
        Arrays.fill(blocks, 0, learner.passes().ranges.firstLearning(), NONE);
    }

    private static HeadKind kind(ModelShape shape) {
        return shape.adaptation().head().kind();
    }

    private static int outputs(ModelShape shape) {
        return shape.adaptation().head().outputs();
    }

    private static void requireSame(String what, Object teacher, Object student) {
        if (!teacher.equals(student)) {
            throw new IllegalArgumentException(what + ": teacher=" + teacher + " student=" + student);
        }
    }

    /**
     * Which of the teacher's blocks each of the student's is beside: that at the same share of its depth, rounded up from a half.
     *
     * @return by block of the student's; -1 for none
     */
    static int[] blocks(Hidden hidden, int student, int teacher) {
        int[] blocks = new int[student];
        for (int block = 0; block < student; block++) {
            boolean compared = hidden == Hidden.BLOCKS || hidden == Hidden.LAST && block == student - 1;
            int beside = (int) Math.max(1, Math.round((block + 1) * (double) teacher / student)) - 1;
            blocks[block] = compared ? beside : NONE;
        }
        return blocks;
    }

    /**
     * What the teacher says of a batch, without dropout; in {@code scope}. Null of nobody.
     *
     * @param own the batch as the student reads it
     */
    Lesson lesson(Batch batch, BatchTensors own, PointerScope scope) {
        if (how == null) {
            return null;
        }
        if (teacher == null) {
            return new Lesson(how, (TargetTensors.Taught) own.targets(), blocks.length);
        }
        BatchTensors read = teacher.onDevice(batch);
        BlockwiseBackward passes = teacher.passes();
        Tensor[] states = new Tensor[blocks.length];
        Tensor said = passes.computed(read.tokens(), scope, x -> passes.tail().said(x, read), (block, x) -> {
            for (int student = 0; student < blocks.length; student++) {
                if (blocks[student] == block) {
                    states[student] = x.detach(); // Another handle on it: the pass closes its own.
                    scope.attach(states[student]);
                }
            }
        });
        return new Lesson(how, said, passes.tail().head(), states);
    }

    /**
     * Takes what a lesson came to, once backward is through.
     *
     * @param lesson null of nobody
     * @param targets things that were predicted
     */
    void took(Lesson lesson, long targets) {
        if (lesson == null) {
            return;
        }
        task += lesson.task();
        taught += lesson.taught();
        hidden += lesson.hidden();
        count += targets;
    }

    /** Behind those of others. */
    List<Figure> figuresAfter(List<Figure> others) {
        List<Figure> figures = new ArrayList<>(others);
        if (count > 0) {
            figures.add(new Figure("task_loss", task, count));
            figures.add(new Figure("teacher_loss", taught, count));
        }
        if (count > 0 && how.hidden() != Hidden.NONE) {
            figures.add(new Figure("hidden_loss", hidden, count));
        }
        return figures;
    }

    /** A lane begins. */
    void clear() {
        if (how == null) {
            return; // nobody's is everybody's
        }
        task = 0;
        taught = 0;
        hidden = 0;
        count = 0;
    }

    @Override
    public void close() {
        if (teacher != null) {
            teacher.close();
        }
    }
}
