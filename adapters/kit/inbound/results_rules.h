// What goes home (结果回传): the `results` section of a manifest as a value. What others say of tickets that the source numbered,
// in the form of a profile of its own, over a way that is written like those of `pull`. A source without one gets nothing back,
// unless routes.yaml says so. The keys: adapters/README.md. Uses: pull_rules, ticket. Used by: manifest, app.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "adapters/kit/inbound/pull_rules.h"
#include "gateway/ticket/catalogue.h"

namespace yht::kit {

struct HttpResults {
    std::string url;                                // scheme, host and port: paths are the profile's
    std::string certificate, ca, peer_certificate;  // files of the deployment
    std::string key;                                // name of a secret
};
struct FolderResults {};
struct DatabaseResults {
    std::string connection;  // name of a secret
};

struct ResultsRules {
    ticket::KindSet kinds = 0;
    bool from_start = false;   // else from when it is first served
    bool mask_secret = true;   // 保密 tickets without their citizen
    std::string profile;       // its folder, found: beside source.yaml, else beside product.yaml
    std::string sender_id;     // who we are to it
    std::variant<HttpResults, FolderResults, SftpPull, FtpsPull, DatabaseResults> way;
};

/// Under which the deployment has the destination; no other may have it.
std::string resultsDestinationOf(const std::string& source_id);

}  // namespace yht::kit
