// See with_token.hpp.
#include "daemon/local/with_token.hpp"

namespace tokenward::local {

instant end_of(token_service& service, std::string_view identity, std::string_view scope,
               const token& subject) noexcept {
    const cache_entry* entry = service.find(identity, scope);
    bool held = entry != nullptr && entry->life().held().get() == &subject;
    return held ? entry->life().status(service.now().boot).expires : subject.expires();
}

} // namespace tokenward::local
