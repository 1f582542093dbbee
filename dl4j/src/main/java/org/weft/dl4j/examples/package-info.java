/** Networks that people start with, each in one file: data, network, metric and the bar that it has to pass. */
package org.weft.dl4j.examples;
