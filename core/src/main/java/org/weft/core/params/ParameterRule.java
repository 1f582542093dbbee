package org.weft.core.params;

import java.io.Serializable;

/**
 * How servers treat one parameter, beside what the whole run's optimizer does.
 *
 * @param decay whether the run's weight decay applies (matrices and embeddings; not norms and biases)
 * @param rate factor of the learning rate; 0 for what stays as it is
 * @param l1 added to the gradient: this times the parameter's sign
 * @param l2 added to the gradient: this times the parameter
 * @param weightDecay decoupled, beside the run's: the parameter loses learning rate times this times itself
 * @param clipValue largest absolute value of the gradient's elements, before l1 and l2; 0 for no limit
 * @param direct the gradient is subtracted as it is, without optimizer: running statistics
 */
public record ParameterRule(
        boolean decay, double rate, double l1, double l2, double weightDecay, double clipValue, boolean direct)
        implements Serializable {
    /** The run's optimizer and its weight decay, nothing else. */
    public static final ParameterRule DECAYED = of(true, 1);
    /** The run's optimizer without weight decay. */
    public static final ParameterRule PLAIN = of(false, 1);
    /** The gradient is subtracted as it is. */
    public static final ParameterRule DIRECT = new ParameterRule(false, 1, 0, 0, 0, 0, true);

    /** The run's optimizer at a factor of its learning rate. */
    public static ParameterRule of(boolean decay, double rate) {
        return new ParameterRule(decay, rate, 0, 0, 0, 0, false);
    }

    /** What a layout's hash has of it; only the decay flag and the rate where there is nothing else. */
    String hashed() {
        String other = l1 == 0 && l2 == 0 && weightDecay == 0 && clipValue == 0 && !direct
                ? ""
                : "!" + l1 + "," + l2 + "," + weightDecay + "," + clipValue + (direct ? ",direct" : "");
        return (decay ? "d" : "") + (rate == 1 ? "" : "*" + rate) + other;
    }
}
