/** What a step takes on clusters and networks of other sizes: a discrete-event model of workers, servers and links. */
package org.weft.driver.plan.scale;
