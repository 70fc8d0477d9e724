// A reporting unit as the province sees it: builds records and envelopes and posts them over mutual
// TLS. Written for tests from the profile's page; uses the simulator's seal code, none of the
// gateway's. Uses: province_sim, Poco. Used by: the tests of province-sim.
#pragma once

#include <Poco/Net/Context.h>

#include <map>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "tests/support/pki.h"
#include "tools/province-sim/seal.h"
#include "tools/stage/json_text.h"

namespace yht::test {

using Members = std::map<std::string, std::string>;

/// Complete records; `number` is the XH, and names the record too.
Members appealRecord(const std::string& number, const std::string& ticket);
Members assignmentRecord(const std::string& number, const std::string& ticket);
Members resultRecord(const std::string& number, const std::string& ticket);
Members visitRecord(const std::string& number, const std::string& ticket);
Members callRecord(const std::string& number);

/// The common members alone, CZBS 2.
Members voidOf(Members record);

std::string recordJson(const Members& members);

/// What came back; `broken` where the connection ended before the answer was whole.
struct ProvinceAnswer {
    bool broken = false;
    int status = 0;
    std::string retry_after, body;
    stage::Json json;
    std::string code() const { return stage::textOf(json, "code"); }
    /// "0 0 2003": the records' codes in order.
    std::string recordCodes() const;
    std::string recordMember(std::size_t index, const char* name) const;
    /// The data bytes and the receipt check against `seal`.
    bool receiptVerifies(const province_sim::SealChecker& seal) const;
};

/// What an envelope looks like before it is sealed; tests spoil single members.
struct EnvelopePlan {
    std::string appid = "XZ43020001", msgid, timestamp, nonce, count;
    std::string list;       // JSON array
    std::string signature;  // "" : sealed as it should be
};

/// A file message before it is sealed; what is not set is made from the content.
struct FilePlan {
    std::string content, name = "现场照片.png", media_type = "image/png", digest, size, nonce, signature;
};

class ProvinceClient {
public:
    /// `clock`: whose time its messages bear; outlives it.
    ProvinceClient(const CertificateFiles& gateway, const base::Clock& clock);
    void connectTo(std::uint16_t port) { port_ = port; }

    /// A plan with everything in order for these records.
    EnvelopePlan plan(const std::vector<Members>& records);
    std::string envelope(const EnvelopePlan& plan) const;
    ProvinceAnswer send(const EnvelopePlan& plan, const std::string& path = "/sjjh/v2/push");
    ProvinceAnswer push(const std::vector<Members>& records) { return send(plan(records)); }
    ProvinceAnswer query(const std::vector<Members>& records) {
        return send(plan(records), "/sjjh/v2/query");
    }
    ProvinceAnswer file(const FilePlan& plan);
    ProvinceAnswer post(const std::string& path, const std::string& body);

private:
    std::string timestamp() const;
    const base::Clock& clock_;
    province_sim::Sealer sealer_;
    Poco::Net::Context::Ptr context_;
    std::uint16_t port_ = 0;
    std::uint64_t sent_ = 0;
};

/// A control address: POST where a body is given, GET otherwise. The answer's body.
std::string control(std::uint16_t port, const std::string& path, const std::string& body = "");

}  // namespace yht::test
