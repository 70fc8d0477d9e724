// How the commands of `yht certs` that use an authority stand to the gateway: asked before (certs.permit), told after (certs.record).
//   deployment here    the gateway is asked, or the ledger itself where none runs; what it refuses is not done
//   none, or none yet  the command works and says so; its lines wait in the authority's journal until they are handed in
// Where: --config or YHT_CONFIG, else /etc/yihaotong where that is a deployment; "none yet" is a deployment without a ledger.
// Uses: control_client, certs, trust. Used by: commands_certs_authority, commands_certs_issue, commands_certs_journal.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/commands_certs.h"
#include "gateway/certs/authority.h"

namespace yht::app {

/// What the gateway is asked to allow.
struct CertsIntent {
    std::string act;  // certs/journal.h
    std::string profile;
    std::vector<crypto::DistinguishedName> subjects;
    std::string serial;                     // renew, revoke: of the certificate that it is about
    std::string fingerprint;                // the same
    std::vector<base::Bytes> public_ders;   // of requests; none where a key is made here
    std::string reason;
};

/// The directory; "" where this machine has none.
std::string deploymentOf(const CertsLine& line);

class CertsPermission {
public:
    /// Errors: ApprovalWanted, OperatorUnknown, OperatorRole and the others of `command()`.
    static base::Result<CertsPermission> ask(const CertsLine& line, const certs::Authority& authority, const CertsIntent& intent);

    /// The act, in the name of the permission; `subject` decides the partner of one certificate among several.
    certs::Act put(certs::Act act, const crypto::DistinguishedName& subject) const;
    /// Tells the ledger what came of it: every line of the journal that it has not been told. What fails is told on standard error, and
    /// stays to be handed in: the act itself is done.
    void tell(certs::Authority& authority) const;

private:
    std::string deployment_, permit_, about_partner_;
    std::vector<std::string> partner_ids_;
};

/// Lines of the journal that no ledger has, in order. Errors: those of `command()`; what was taken in before stays so.
base::Result<std::size_t> handInJournal(const std::string& deployment, certs::Authority& authority);

}  // namespace yht::app
