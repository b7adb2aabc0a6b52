package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// CreateNamespace makes a namespace for real. A name that the server refuses
// or that exists already is no error.
func (s *Server) CreateNamespace(ctx context.Context, name string) error {
	object, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name},
	})
	if err != nil {
		return err
	}
	_, err = s.Create(ctx, object)
	return err
}

// InstallCRDs makes custom resource definitions for real, waits until each is
// established and served, and learns the new kinds.
func (s *Server) InstallCRDs(ctx context.Context, objects [][]byte) error {
	for _, object := range objects {
		answer, err := s.Create(ctx, object)
		if err != nil {
			return err
		}
		if !answer.Accepted && answer.Reason != "AlreadyExists" {
			return fmt.Errorf("CRD %s: %s", Identify(object).Name, answer.Message)
		}
	}
	for _, object := range objects {
		if err := Poll(ctx, func() (bool, error) { return s.established(ctx, object) }); err != nil {
			return fmt.Errorf("CRD %s is not established: %w", Identify(object).Name, err)
		}
	}
	return Poll(ctx, func() (bool, error) {
		if err := s.Discover(ctx); err != nil {
			return false, err
		}
		for _, object := range objects {
			if !s.serves(object) {
				return false, nil
			}
		}
		return true, nil
	})
}

func (s *Server) established(ctx context.Context, crd []byte) (bool, error) {
	answer, err := s.Get(ctx, crd)
	if err != nil || !answer.Accepted {
		return false, err
	}
	var live struct {
		Status struct {
			Conditions []struct{ Type, Status string } `json:"conditions"`
		} `json:"status"`
	}
	if err := json.Unmarshal(answer.Object, &live); err != nil {
		return false, err
	}
	for _, condition := range live.Status.Conditions {
		if condition.Type == "Established" && condition.Status == "True" {
			return true, nil
		}
	}
	return false, nil
}

// serves says whether discovery shows every served version of a CRD.
func (s *Server) serves(crd []byte) bool {
	var definition struct {
		Spec struct {
			Group    string                `json:"group"`
			Names    struct{ Kind string } `json:"names"`
			Versions []struct {
				Name   string `json:"name"`
				Served bool   `json:"served"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if json.Unmarshal(crd, &definition) != nil {
		return true
	}
	for _, version := range definition.Spec.Versions {
		if !version.Served {
			continue
		}
		if _, err := s.resource(definition.Spec.Group+"/"+version.Name, definition.Spec.Names.Kind); err != nil {
			return false
		}
	}
	return true
}

// pollBound is how long Poll waits for a state of the server.
const pollBound = 2 * time.Minute

// Poll asks again and again until the answer is yes, an error comes, or the
// bound is reached.
func Poll(ctx context.Context, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, pollBound, errors.New("it took too long"))
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		if done, err := ask(); done || err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
