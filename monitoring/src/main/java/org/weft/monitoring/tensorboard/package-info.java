/** A run as TensorBoard shows it: event files under the run's directory, written as the run goes on. */
package org.weft.monitoring.tensorboard;
