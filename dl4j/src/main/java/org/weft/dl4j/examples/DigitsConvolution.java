package org.weft.dl4j.examples;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A convolutional network on handwritten digits: two convolutions with pooling, batch normalization between them, Adam.
 * The first convolution has no bias: normalization would cancel it, its gradient would be rounding
 * alone, and Adam would make steps of that.
 */
final class DigitsConvolution {

    private DigitsConvolution() {}

    static MultiLayerConfiguration network() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(3e-3))
                .activation(Activation.RELU)
                .list()
                .layer(new ConvolutionLayer.Builder(5, 5).nOut(8).hasBias(false).build()) // (B, 8, 24, 24)
                .layer(new SubsamplingLayer.Builder()
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build()) // (B, 8, 12, 12)
                .layer(new BatchNormalization())
                .layer(new ConvolutionLayer.Builder(5, 5).nOut(16).build()) // (B, 16, 8, 8)
                .layer(new SubsamplingLayer.Builder()
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build()) // (B, 16, 4, 4)
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(Digits.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutionalFlat(Digits.SIDE, Digits.SIDE, 1))
                .build();
    }
}
