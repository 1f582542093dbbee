/** The driver's side of checkpoints: commit, retention, and finding the one to go on from. */
package org.weft.driver.checkpoint;
