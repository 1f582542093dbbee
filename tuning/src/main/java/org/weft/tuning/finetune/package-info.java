/** Fine-tuning: from a pre-trained model and labelled examples to a model of a task, and what such a model predicts. */
package org.weft.tuning.finetune;
