package org.weft.core.privacy;

import java.util.ArrayList;
import java.util.List;

/**
 * What steps of the sampled Gaussian mechanism come to: Rényi differential privacy (Mironov, Talwar, Zhang 2019, "Rényi Differential
 * Privacy of the Sampled Gaussian Mechanism", arXiv 1908.10530) of neighbours that differ by one example, each of which is drawn for each
 * step by itself with probability q; the noise's standard deviation is sigma times the greatest norm of an example's part. Orders are
 * those of Opacus. {@link StrictMath} throughout, so that a search finds the same noise on every machine.
 *
 * <p>RDP of order a of one step is log(A) / (a - 1), where (section 3.3)
 *
 * <pre>
 *   A = E[((1 - q) + q exp((2 z - 1) / (2 sigma²)))^a],   z normal with deviation sigma
 *     = sum over k of binomial(a, k) (1 - q)^(a - k) q^k exp((k² - k) / (2 sigma²))      for whole a
 * </pre>
 *
 * For other orders the expectation is integrated by the trapezoidal rule, whose error for what is this smooth is below that of doubles.
 */
public final class RdpAccountant {
    private static final double[] ORDERS = orders();
    /** Deviations beyond which a normal density, exp(-98), counts for nothing. */
    private static final double TAIL = 14;
    /** Points of a deviation. */
    private static final int POINTS = 8;
    /** The least noise that is looked for, and the most, in thousandths. */
    private static final int LEAST_NOISE = 200;

    private static final int MOST_NOISE = 100_000;
    private static final double THOUSAND = 1000;

    private RdpAccountant() {}

    /** 1.1, 1.2, …, 10.9, 12, 13, …, 63. */
    private static double[] orders() {
        List<Double> orders = new ArrayList<>();
        for (int tenths = 11; tenths < 110; tenths++) {
            orders.add(tenths / 10.0);
        }
        for (int order = 12; order < 64; order++) {
            orders.add((double) order);
        }
        return orders.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * RDP of one step, by order.
     *
     * @param rate q, above 0 and at most 1
     * @param noise sigma
     */
    static double[] ofStep(double rate, double noise) {
        double[] rdp = new double[ORDERS.length];
        for (int i = 0; i < rdp.length; i++) {
            double order = ORDERS[i];
            if (rate == 1) {
                rdp[i] = order / (2 * noise * noise);
            } else {
                boolean whole = order == StrictMath.rint(order);
                double logA = whole ? series((int) order, rate, noise) : integral(order, rate, noise);
                rdp[i] = logA / (order - 1);
            }
        }
        return rdp;
    }

    /**
     * The least epsilon that steps keep (Balle et al. 2020, arXiv 1905.09982, theorem 21; Canonne, Kamath, Steinke 2020, proposition 12).
     *
     * @param ofStep RDP of one
     * @return 0 of no steps
     */
    static double epsilon(double[] ofStep, long steps, double delta) {
        if (steps == 0) {
            return 0;
        }
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ofStep.length; i++) {
            double order = ORDERS[i];
            double epsilon = steps * ofStep[i]
                    + StrictMath.log((order - 1) / order)
                    - (StrictMath.log(delta) + StrictMath.log(order)) / (order - 1);
            least = Math.min(least, epsilon);
        }
        return Math.max(0, least);
    }

    /** What a run of so many steps comes to. */
    public static double epsilon(double rate, double noise, long steps, double delta) {
        return epsilon(ofStep(rate, noise), steps, delta);
    }

    /**
     * The least noise, in thousandths, with which a run comes to an epsilon at most.
     *
     * @return NaN where no noise does
     */
    static double noise(double rate, long steps, double delta, double target) {
        int least = LEAST_NOISE;
        int most = MOST_NOISE;
        if (epsilon(rate, most / THOUSAND, steps, delta) > target) {
            return Double.NaN;
        }
        while (least < most) {
            int middle = (least + most) / 2;
            if (epsilon(rate, middle / THOUSAND, steps, delta) <= target) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        return most / THOUSAND;
    }

    /** log A of a whole order. */
    static double series(int order, double rate, double noise) {
        double taken = StrictMath.log(rate);
        double left = StrictMath.log1p(-rate);
        double[] terms = new double[order + 1];
        double binomial = 0; // its logarithm
        for (int k = 0; k <= order; k++) {
            double exponent = ((double) k * k - k) / (2 * noise * noise);
            terms[k] = binomial + (order - k) * left + k * taken + exponent;
            binomial += StrictMath.log((double) (order - k) / (k + 1));
        }
        return logSum(terms);
    }

    /** log A of any order. */
    static double integral(double order, double rate, double noise) {
        double taken = StrictMath.log(rate);
        double left = StrictMath.log1p(-rate);
        double variance = noise * noise;
        double width = Math.min(noise, variance) / POINTS; // smooth within pi sigma² of the real line
        double from = -TAIL * noise;
        int points = (int) ((order + 2 * TAIL * noise) / width) + 1; // the mass lies about 0 and about the order
        double[] terms = new double[points];
        for (int i = 0; i < points; i++) {
            double z = from + i * width;
            double shifted = taken + (2 * z - 1) / (2 * variance);
            double high = Math.max(left, shifted);
            double ratio = high + StrictMath.log1p(StrictMath.exp(Math.min(left, shifted) - high));
            terms[i] = order * ratio - z * z / (2 * variance);
        }
        return logSum(terms) + StrictMath.log(width / (noise * StrictMath.sqrt(2 * Math.PI)));
    }

    /** Logarithm of the sum of what these are logarithms of. */
    private static double logSum(double[] terms) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (double term : terms) {
            greatest = Math.max(greatest, term);
        }
        double sum = 0;
        for (double term : terms) {
            sum += StrictMath.exp(term - greatest);
        }
        return greatest + StrictMath.log(sum);
    }
}
