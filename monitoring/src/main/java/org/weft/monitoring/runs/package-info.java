/** Runs seen by their files alone, while somebody else drives them: a table of many, the progress of one. */
package org.weft.monitoring.runs;
