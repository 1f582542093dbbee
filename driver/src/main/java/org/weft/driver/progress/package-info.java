/** What people and programs see of a run while it goes on: progress, and one line a step in {@code metrics.jsonl}. */
package org.weft.driver.progress;
