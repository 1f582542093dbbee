/**
 * Examples, {@code examples/NAME}: what their {@code example.yaml} says, the data that they are made of, and what is shown of
 * what came out. The steps between are commands, which {@code commands} runs.
 */
package org.weft.trainer.example;
