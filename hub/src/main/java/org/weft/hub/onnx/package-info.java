/**
 * Models as ONNX (<a href="https://github.com/onnx/onnx/blob/main/docs/IR.md">IR</a>, operators of opset 17 alone), with the names of
 * inputs and outputs that Hugging Face's Optimum gives them. {@link org.weft.hub.onnx.OnnxGraph} gathers a graph,
 * {@link org.weft.hub.onnx.OnnxLayers} has what all families are made of, {@link org.weft.hub.onnx.Gpt2Graph},
 * {@link org.weft.hub.onnx.RotaryGraph}, {@link org.weft.hub.onnx.GptNeoxGraph}, {@link org.weft.hub.onnx.EncoderGraph} and
 * {@link org.weft.hub.onnx.ModernBertGraph} tell a
 * family's forward pass, {@link org.weft.hub.onnx.OnnxWeight} how a parameter is stored, and
 * {@link org.weft.hub.onnx.OnnxExport} writes it.
 */
package org.weft.hub.onnx;
