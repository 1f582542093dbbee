/** Who drives a run: one driver at a time, and what a driver leaves for the next one to know. */
package org.weft.driver.lease;
