/** A run on Spark: the application and its executors, the check before the start, and the two long stages. */
package org.weft.driver.run;
