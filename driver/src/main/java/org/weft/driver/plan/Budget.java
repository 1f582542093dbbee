package org.weft.driver.plan;

/**
 * What a run may see, and what that costs.
 *
 * @param tokens in all
 * @param pricePerHour of the whole cluster, in whatever currency; NaN where nobody asked
 */
public record Budget(double tokens, double pricePerHour) {

    public double hours(double tokensPerSecond) {
        return tokens / tokensPerSecond / 3600;
    }

    public double cost(double tokensPerSecond) {
        return hours(tokensPerSecond) * pricePerHour;
    }
}
