package org.weft.core.optim;

import java.nio.FloatBuffer;

/** Row times row, a row of the result at a time: some operations in a nanosecond, in an order that no thread changes. */
final class PlainProducts implements MatrixProducts {

    @Override
    public void gram(Matrix x, Matrix into) {
        float[][] rows = rows(x);
        float[] result = new float[into.columns()];
        for (int i = 0; i < into.rows(); i++) {
            for (int j = 0; j < into.columns(); j++) {
                float sum = 0;
                for (int k = 0; k < x.columns(); k++) {
                    sum += rows[i][k] * rows[j][k];
                }
                result[j] = sum;
            }
            into.elements().put(i * into.columns(), result);
        }
    }

    @Override
    public void addProduct(float ofAdded, Matrix added, float ofProduct, Matrix left, Matrix right, Matrix into) {
        float[][] rows = rows(right);
        float[] factors = new float[left.columns()];
        float[] before = new float[into.columns()];
        for (int i = 0; i < into.rows(); i++) {
            float[] sum = new float[into.columns()];
            left.elements().get(i * left.columns(), factors);
            for (int k = 0; k < factors.length; k++) {
                for (int j = 0; j < sum.length; j++) {
                    sum[j] += factors[k] * rows[k][j];
                }
            }
            added.elements().get(i * into.columns(), before);
            for (int j = 0; j < sum.length; j++) {
                sum[j] = ofAdded * before[j] + ofProduct * sum[j];
            }
            into.elements().put(i * into.columns(), sum);
        }
    }

    private static float[][] rows(Matrix matrix) {
        float[][] rows = new float[matrix.rows()][matrix.columns()];
        FloatBuffer elements = matrix.elements();
        for (int i = 0; i < rows.length; i++) {
            elements.get(i * matrix.columns(), rows[i]);
        }
        return rows;
    }
}
