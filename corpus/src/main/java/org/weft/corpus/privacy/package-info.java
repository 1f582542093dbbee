/**
 * What of people, and of secrets, is taken out of texts. {@code Scrubber} is the file to begin with: it goes through a text
 * once, stops where a character may begin something, and asks the class that knows that kind: {@code Emails},
 * {@code Phones}, {@code Addresses}, {@code Cards}, {@code NationalIds}, {@code Secrets}.
 */
package org.weft.corpus.privacy;
