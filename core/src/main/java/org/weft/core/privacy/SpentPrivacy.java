package org.weft.core.privacy;

import java.io.Serializable;

/**
 * What a private run has come to at a checkpoint's step, and by what: enough to compute it again.
 *
 * @param epsilon that the steps so far come to at this delta, for each single example
 * @param noiseMultiplier the noise's standard deviation, in {@code maxGradNorm}
 * @param sampleRate probability with which a step draws an example
 * @param examples that there are
 * @param accountant {@link #RDP}
 * @param seedSha256 tells the secret that draws and noise come from apart from others, and nothing of it
 */
public record SpentPrivacy(
        double epsilon,
        double delta,
        double noiseMultiplier,
        double maxGradNorm,
        double sampleRate,
        long examples,
        String accountant,
        String seedSha256)
        implements Serializable {
    /** Rényi differential privacy of the sampled Gaussian mechanism. */
    public static final String RDP = "rdp";

    /** Whether steps of the other are steps of the same mechanism on the same secret: both add up. */
    public boolean goesOnFrom(SpentPrivacy other) {
        return noiseMultiplier == other.noiseMultiplier
                && maxGradNorm == other.maxGradNorm
                && sampleRate == other.sampleRate
                && examples == other.examples
                && seedSha256.equals(other.seedSha256);
    }
}
