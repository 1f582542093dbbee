package org.weft.driver.plan;

/**
 * Loss as a function of parameters and tokens, L(N, D) = E + A / N^alpha + B / D^beta, as Hoffmann et al. 2022 fit it
 * ("Training Compute-Optimal Large Language Models", section 3.3 and appendix D.3), for models of 70M to 16B parameters
 * that see web text once. Losses are nats a token of their tokenizer: another vocabulary or corpus shifts them, so that
 * what the law is good for is the comparison of sizes.
 *
 * @param name whose fit it is
 * @param floor E: the entropy of the text
 */
public record ScalingLaw(String name, double floor, double a, double b, double alpha, double beta) {
    /** Approach 3 of the paper. */
    public static final ScalingLaw CHINCHILLA = new ScalingLaw("Hoffmann et al. 2022", 1.69, 406.4, 410.7, 0.34, 0.28);

    /** The same data fitted anew by Besiroglu et al. 2024 ("Chinchilla Scaling: A replication attempt"). */
    public static final ScalingLaw REFIT =
            new ScalingLaw("Besiroglu et al. 2024", 1.8172, 482.01, 2085.43, 0.3478, 0.3658);

    /** Of the paper's approaches 1 and 2, and of its own 70B model. */
    public static final double TOKENS_PER_PARAMETER = 20;

    /** Operations of one parameter and token. */
    private static final double OPERATIONS = 6;

    /** A size and a number of tokens for it. */
    public record Allocation(double parameters, double tokens) {

        /** 6 N D. */
        public double compute() {
            return OPERATIONS * parameters * tokens;
        }
    }

    public double loss(Allocation allocation) {
        return floor + a / Math.pow(allocation.parameters(), alpha) + b / Math.pow(allocation.tokens(), beta);
    }

    /** The paper's equation 4: the size and tokens with the least loss among those with 6 N D = compute. */
    public Allocation best(double compute) {
        double g = Math.pow(alpha * a / (beta * b), 1 / (alpha + beta));
        double parameters = g * Math.pow(compute / OPERATIONS, beta / (alpha + beta));
        return new Allocation(parameters, compute / OPERATIONS / parameters);
    }

    /** Twenty tokens a parameter. */
    public static Allocation byRatio(double compute) {
        double parameters = Math.sqrt(compute / OPERATIONS / TOKENS_PER_PARAMETER);
        return new Allocation(parameters, TOKENS_PER_PARAMETER * parameters);
    }
}
