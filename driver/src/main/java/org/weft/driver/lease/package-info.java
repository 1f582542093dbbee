/** Who drives a run: one driver at a time, what a driver leaves for the next one to know, and who stands by. */
package org.weft.driver.lease;
