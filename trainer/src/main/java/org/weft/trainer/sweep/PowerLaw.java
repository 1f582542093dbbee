package org.weft.trainer.sweep;

/**
 * L(N) = E + A N^-alpha.
 *
 * @param floor E: what no size gets below
 * @param scale A
 * @param exponent alpha
 */
public record PowerLaw(double floor, double scale, double exponent) {

    public double loss(double parameters) {
        return floor + scale * Math.pow(parameters, -exponent);
    }
}
