/** A run in MLflow, by its REST interface: parameters, metrics, tags and artifacts of one MLflow run, however often it goes on. */
package org.weft.monitoring.mlflow;
