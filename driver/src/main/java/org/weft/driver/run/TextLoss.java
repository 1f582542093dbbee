package org.weft.driver.run;

import java.io.Serializable;
import java.util.List;

/**
 * What a text costs a model.
 *
 * @param nats the sum over its predicted tokens
 * @param tokens that were predicted
 * @param documents in the text, and its bytes in UTF-8; 0 where nobody counts them
 */
record TextLoss(double nats, long tokens, long documents, long bytes) implements Serializable {

    /** Of several texts, added in their order. */
    static TextLoss sum(List<TextLoss> losses) {
        TextLoss sum = new TextLoss(0, 0, 0, 0);
        for (TextLoss loss : losses) {
            sum = new TextLoss(
                    sum.nats + loss.nats,
                    sum.tokens + loss.tokens,
                    sum.documents + loss.documents,
                    sum.bytes + loss.bytes);
        }
        return sum;
    }

    /** Nats a token. */
    double mean() {
        return nats / tokens;
    }
}
