/** A run as one HTML page, from its files alone: curves, throughput, what happened and what it cost. */
package org.weft.monitoring.report;
