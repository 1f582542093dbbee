/**
 * {@code prepare}: from text on any Hadoop path to token shards. {@code CorpusJob} is the file to read: it lists the
 * input ({@code InputFiles}), reads documents ({@code DocumentReader}, by the file's {@code CorpusFormat}), deduplicates and orders them by hash
 * ({@code DocumentKey}), trains or loads a tokenizer ({@code BpeTrainer}, {@code TokenizerJson}), encodes
 * ({@code TokenizeStage}) and commits ({@code CorpusStaging}).
 */
package org.weft.corpus;
