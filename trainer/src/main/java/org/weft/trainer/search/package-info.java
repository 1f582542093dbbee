/**
 * A search of settings: which values a run's keys may take, which of them are tried and for how many steps, and what came of it.
 * Pure arithmetic and text; the runs are the command's.
 */
package org.weft.trainer.search;
