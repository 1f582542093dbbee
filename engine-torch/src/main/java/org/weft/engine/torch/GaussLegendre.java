package org.weft.engine.torch;

/**
 * Points and weights of the Gauss-Legendre quadrature over 0 to 1: exact for polynomials of degree 2 n - 1. Points are the roots of the
 * Legendre polynomial, found by Newton's method from Tricomi's first guess.
 *
 * @param points in rising order
 * @param weights come to 1
 */
record GaussLegendre(double[] points, double[] weights) {
    private static final int MOST_ITERATIONS = 100;
    private static final double EXACT = 1e-15;

    /** @param n 1 or more */
    static GaussLegendre of(int n) {
        double[] points = new double[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            double x = Math.cos(Math.PI * (n - i - 0.25) / (n + 0.5));
            double slope = 0;
            for (int iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
                double before = 1; // P of degree k - 1
                double value = x; // P of degree k
                for (int k = 2; k <= n; k++) {
                    double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
                    before = value;
                    value = next;
                }
                slope = n * (x * value - before) / (x * x - 1);
                double step = value / slope;
                x -= step;
                if (Math.abs(step) < EXACT) {
                    break;
                }
            }
            points[i] = (1 + x) / 2;
            weights[i] = 1 / ((1 - x * x) * slope * slope);
        }
        return new GaussLegendre(points, weights);
    }
}
