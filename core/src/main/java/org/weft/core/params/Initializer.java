package org.weft.core.params;

import java.io.Serializable;

/**
 * How a parameter starts: a constant, or a normal distribution of mean 0.
 *
 * @param constant value of every element where {@code deviation} is 0
 * @param deviation standard deviation of the normal distribution, or 0 for the constant
 */
public record Initializer(float constant, double deviation) implements Serializable {
    public static final Initializer ZEROS = new Initializer(0, 0);
    public static final Initializer ONES = new Initializer(1, 0);

    public static Initializer normal(double deviation) {
        return new Initializer(0, deviation);
    }
}
