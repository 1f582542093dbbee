/**
 * What a corpus holds more than once, and what it must not hold at all. {@code NearDuplicates} is the file to read: documents
 * become sets of shingles ({@code TextUnits}, {@code Shingler}), sets become sketches ({@code SimilaritySketch}) and
 * sketches band hashes ({@code BandHashes}); documents that share one are paired ({@code BucketPairs}), the pairs' sets are
 * fetched ({@code PairRequests}, {@code RequestedSets}) and compared ({@code Verification}), and what is similar becomes
 * clusters ({@code Components}) of which one document stays. {@code ExactDuplicates} drops texts that differ in nothing but
 * case, spaces and punctuation; {@code Decontamination} those that share words with an evaluation.
 *
 * <p>What travels between stages are hashes, packed into blocks ({@code PackedBlocks}, {@code SortedRecords}): no texts, and
 * no object a record. Everything found is a function of the documents and the configuration alone.
 */
package org.weft.corpus.dedup;
