/** What people and programs see of a run: progress, metrics, the closing line. */
package org.weft.driver.progress;
