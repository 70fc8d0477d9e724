#include "gateway/app/results_home.h"

#include <algorithm>
#include <filesystem>

#include "adapters/kit/inbound/manifest_reader.h"
#include "gateway/app/config.h"
#include "gateway/app/deployment.h"
#include "gateway/app/source_folders.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using delivery::DestinationRow;
using delivery::RouteRule;

constexpr std::string_view kFileReference = "file:";

/// Most sources have none: their mappings and tables need not be read for it.
bool mayHaveResults(const kit::ManifestTree& tree) { return std::as_const(tree.root)["results"].IsDefined(); }

ResultsHome homeOf(const kit::Manifest& manifest) {
    ResultsHome home;
    home.id = kit::resultsDestinationOf(manifest.id);
    home.source = manifest.source;
    home.party = manifest.party;
    home.rules = *manifest.results;
    for (const auto& [name, reference] : manifest.secrets) home.secrets.emplace(name, reference.substr(kFileReference.size()));
    return home;
}

DestinationRow rowOf(const ResultsHome& home) {
    DestinationRow row;
    row.id = home.id;
    row.party = home.party;
    row.from = home.rules.from_start ? delivery::StartFrom::Start : delivery::StartFrom::Now;
    row.mask_secret = home.rules.mask_secret;
    row.of_manifest = true;
    return row;
}

RouteRule ruleOf(const ResultsHome& home) {
    RouteRule rule;
    rule.destination = home.id;
    rule.kinds = home.rules.kinds;
    rule.not_sources = {home.source};
    rule.tickets_of = {home.party};
    return rule;
}

/// Rows as routes.yaml has them: queues of attachments are made by the table.
std::vector<DestinationRow> ownRows(const delivery::RouteTable& table) {
    std::vector<DestinationRow> rows = table.destinations();
    std::erase_if(rows, [](const DestinationRow& row) { return !row.attachments_of.empty(); });
    return rows;
}

}  // namespace

base::Result<std::vector<ResultsHome>> resultsHome(const std::string& directory) {
    const std::string sources = directory + "/sources", products = directory + "/products";
    const auto ids = sourceFolders(sources);
    if (!ids.ok()) return ids.error();
    std::vector<ResultsHome> homes;
    std::string mistakes;
    for (const std::string& id : *ids) {
        auto tree = kit::readManifestTree(sources, products, id);
        if (tree.ok() && !mayHaveResults(*tree)) continue;
        auto read = tree.ok() ? kit::readManifest(*tree, id) : base::Result<kit::ReadManifest>(tree.error());
        if (!read.ok()) {
            const base::Error& error = read.error();
            mistakes += (mistakes.empty() ? "" : "\n") + (error.detail.empty() ? base::describe(error) : error.detail);
            continue;
        }
        const kit::Manifest& manifest = read->manifest;
        const bool acts = manifest.lifecycle == kit::Lifecycle::Live || manifest.lifecycle == kit::Lifecycle::Shadow;
        if (acts && manifest.results) homes.push_back(homeOf(manifest));
    }
    if (!mistakes.empty()) return base::makeError(base::ErrorCode::ManifestInvalid, std::move(mistakes));
    return homes;
}

base::Result<delivery::RouteTable> deploymentRoutes(const std::string& directory) {
    auto routes = delivery::loadRoutes(resolvePath(directory, "routes.yaml"));
    if (!routes.ok()) return routes;
    const auto homes = resultsHome(directory);
    if (!homes.ok()) return homes.error();
    if (homes->empty()) return routes;
    std::vector<DestinationRow> rows = ownRows(*routes);
    std::vector<RouteRule> rules = routes->rules();
    for (const ResultsHome& home : *homes) {
        if (routes->findDestination(home.id) != nullptr) {
            return base::makePublicError(
                base::ErrorCode::ConfigInvalid,
                "routes.yaml: \"" + home.id + "\" is where a source's results go, as its manifest says; name another destination",
                "routes.yaml:\"" + home.id + "\" 为来源清单声明的结果回传对端,请改用其他名称"
            );
        }
        rows.push_back(rowOf(home));
        rules.push_back(ruleOf(home));
    }
    return delivery::RouteTable::make(std::move(rows), std::move(rules));
}

base::Result<delivery::RouteTable> fittedTo(
    const delivery::RouteTable& wanted, const delivery::RouteTable& running, std::vector<std::string>& waiting
) {
    const auto waits = [&](const std::string& id) { return std::find(waiting.begin(), waiting.end(), id) != waiting.end(); };
    std::vector<DestinationRow> rows = ownRows(wanted);
    for (DestinationRow& row : rows) {
        if (!row.of_manifest) continue;
        const DestinationRow* now = running.findDestination(row.id);
        const bool same = now != nullptr && now->party == row.party && now->from == row.from && now->mask_secret == row.mask_secret;
        if (!same) waiting.push_back(row.id);
        if (now != nullptr) row = *now;
    }
    std::erase_if(rows, [&](const DestinationRow& row) { return row.of_manifest && running.findDestination(row.id) == nullptr; });
    for (const DestinationRow& row : running.destinations()) {
        if (row.of_manifest && wanted.findDestination(row.id) == nullptr) rows.push_back(row);  // no rule: it gets nothing
    }
    std::vector<RouteRule> rules = wanted.rules();
    std::erase_if(rules, [&](const RouteRule& rule) { return waits(rule.destination) && running.findDestination(rule.destination) == nullptr; });
    return delivery::RouteTable::make(std::move(rows), std::move(rules));
}

}  // namespace yht::app
