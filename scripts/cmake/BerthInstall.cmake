# SPDX-License-Identifier: MIT
# The installed package: libraries, headers, fixtures, the command, and find_package(berth CONFIG).

include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/berth)

get_property(targets GLOBAL PROPERTY BERTH_INSTALLED_TARGETS)
install(
  TARGETS ${targets}
  EXPORT berth-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  OBJECTS DESTINATION ${CMAKE_INSTALL_LIBDIR}/berth)
install(EXPORT berth-targets NAMESPACE berth:: DESTINATION ${package_folder})

set(without_internal)
get_property(internal GLOBAL PROPERTY BERTH_INTERNAL_HEADERS)
foreach(header IN LISTS internal)
  string(REPLACE "." "\\." pattern ${header})
  list(APPEND without_internal REGEX "${pattern}$" EXCLUDE)
endforeach()
get_property(folders GLOBAL PROPERTY BERTH_HEADER_FOLDERS)
foreach(folder IN LISTS folders)
  install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} OPTIONAL
          FILES_MATCHING PATTERN "*.h" ${without_internal})
endforeach()
# A folder of their own: <windows.h> in a common include folder would be found by everybody.
install(DIRECTORY DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/berth-dropin)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/lib/winsock/dropin/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/berth-dropin
        OPTIONAL FILES_MATCHING PATTERN "*.h")

install(DIRECTORY ${PROJECT_SOURCE_DIR}/fixtures/ DESTINATION ${CMAKE_INSTALL_DATADIR}/berth/fixtures OPTIONAL)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(TARGET berth_command)
  install(TARGETS berth_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/scripts/cmake/berth-config.cmake.in
                              ${PROJECT_BINARY_DIR}/berth-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/berth-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/berth-config.cmake ${PROJECT_BINARY_DIR}/berth-config-version.cmake
        DESTINATION ${package_folder})
