/**
 * Suites of tasks that a language model is judged by without being tuned to them, described in the words of EleutherAI's
 * lm-evaluation-harness: what a YAML file says becomes tasks ({@code SuiteFile}), documents and examples become questions
 * ({@code TaskPrompt}), executors give each of a question's continuations its likelihood ({@code Likelihoods}), and the
 * likelihoods become metrics with intervals ({@code TaskScores}). The same file gives the same numbers there and here.
 */
package org.weft.tuning.suite;
