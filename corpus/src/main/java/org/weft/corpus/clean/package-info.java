/**
 * Cleaning, a document at a time: Unicode, languages, and the published rules that tell text from what merely lies on web
 * pages. {@code CleaningSteps} is the file to begin with: it makes of a configuration the steps that every document
 * goes through.
 */
package org.weft.corpus.clean;
