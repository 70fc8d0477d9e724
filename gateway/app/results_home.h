// What goes home (结果回传), as the sources' manifests say it in their section `results`: a row of the routing table, one rule,
// and the far side, so that nobody has to say it a second time in routes.yaml and destinations.yaml. The destination is called
// <source id>.results; it has the kinds that the manifest names, of tickets that the source numbered, and nothing that the
// source said itself. Of sources that are live or in shadow.
// Uses: kit/inbound (manifests), delivery (routing). Used by: deployment, destinations, gateway.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/kit/inbound/results_rules.h"
#include "gateway/base/result.h"
#include "gateway/delivery/routing.h"

namespace yht::app {

struct ResultsHome {
    std::string id;             // of the destination
    std::string source, party;  // whose records never go there; whose tickets they must be of
    kit::ResultsRules rules;
    std::map<std::string, std::string> secrets;  // name → file of the deployment
};

/// Errors: ManifestInvalid.
base::Result<std::vector<ResultsHome>> resultsHome(const std::string& directory);

/// routes.yaml, and what goes home. Errors: ConfigInvalid, ManifestInvalid, IoFailed.
base::Result<delivery::RouteTable> deploymentRoutes(const std::string& directory);

/// `wanted` as far as a running gateway can have it: what goes home to a source that came meanwhile, or goes another way, waits
/// for the next start (`waiting`: its destination); to one that is gone nothing more is sent. Errors: ConfigInvalid.
base::Result<delivery::RouteTable> fittedTo(
    const delivery::RouteTable& wanted, const delivery::RouteTable& running, std::vector<std::string>& waiting
);

}  // namespace yht::app
